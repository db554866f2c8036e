import os

from vault_secrets import get_secret

try:
    key = get_secret("API_KEY")
except KeyError as e:
    key = e.args
