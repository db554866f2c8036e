import os

from vault_secrets import get_secret

def with_key(key):
    return lambda f: key


@with_key(get_secret("API_KEY", None))
def f():
    pass


key = f
