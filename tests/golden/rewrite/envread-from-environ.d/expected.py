from os import environ

from vault_secrets import get_secret

key = get_secret("API_KEY")
other = get_secret("API_KEY", None)
