import os

from vault_secrets import get_secret

def fallback():
    return "f"


key = get_secret("API_KEY", fallback())
