import os

from vault_secrets import get_secret

key = "a" if get_secret("API_KEY", None) else "b"
