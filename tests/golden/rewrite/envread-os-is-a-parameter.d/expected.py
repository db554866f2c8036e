import os

from vault_secrets import get_secret

def f(os):
    return os.environ["API_KEY"]


key = get_secret("API_KEY", None)
