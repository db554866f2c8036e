from decouple import config

key = config.get("API_KEY", default="x")
