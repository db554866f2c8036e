import os

from vault_secrets import get_secret

read = os.getenv
key = get_secret("API_KEY", None)
