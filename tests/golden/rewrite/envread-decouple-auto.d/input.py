from decouple import AutoConfig

config = AutoConfig()
key = config("API_KEY", default="x")
