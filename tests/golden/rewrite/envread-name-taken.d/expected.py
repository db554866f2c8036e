import os

from vault_secrets import get_secret as _get_secret

get_secret = "mine"
key = _get_secret("API_KEY", None)
