from decouple import config

def f(config):
    return config("API_KEY")


key = config("API_KEY", "x")
