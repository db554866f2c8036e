import os

from vault_secrets import get_secret

if (key := get_secret("API_KEY", None)) is None:
    key = "none"
