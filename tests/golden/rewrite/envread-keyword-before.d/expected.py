import os

from vault_secrets import get_secret

def f():
    return get_secret("API_KEY", None)


key = f()
other = 1if get_secret("API_KEY", None)else 2
