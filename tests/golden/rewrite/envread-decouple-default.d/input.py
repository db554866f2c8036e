from decouple import config

key = config("API_KEY", default="none")
other = config("API_KEY", "none")
third = config("API_KEY", None)
