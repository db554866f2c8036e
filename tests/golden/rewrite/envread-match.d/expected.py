import os

from vault_secrets import get_secret

def f(x):
    match x:
        case 1:
            return get_secret("API_KEY", None)


key = f(1)
