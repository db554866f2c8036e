from decouple import config

base = "x"
key = config("API_KEY", default=base + "y")
