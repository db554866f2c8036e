import os

from vault_secrets import get_secret

read = lambda: get_secret("API_KEY", None)
key = read()
