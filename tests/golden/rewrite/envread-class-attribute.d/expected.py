import os

from vault_secrets import get_secret

class C:
    key = get_secret("API_KEY", None)


key = C.key
