from decouple import config

key = config("API_KEY", default="alpha")
