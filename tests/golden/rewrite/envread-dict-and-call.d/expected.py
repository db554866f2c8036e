import os

from vault_secrets import get_secret

config = {"key": get_secret("API_KEY", None), **{"a": get_secret("API_KEY", "x")}}
call = str(get_secret("API_KEY", None))
