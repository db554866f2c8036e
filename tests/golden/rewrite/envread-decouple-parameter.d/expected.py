from decouple import config
from vault_secrets import get_secret

def f(config):
    return config("API_KEY")


key = config("API_KEY", get_secret("API_KEY", "x"))
