import os

from vault_secrets import get_secret

def f(key=get_secret("API_KEY", None)):
    return key


key = f()
