from decouple import config

more = {"default": "x"}
key = config("API_KEY", **more)
