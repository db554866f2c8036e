import os

from vault_secrets import get_secret

async def f():
    return get_secret("API_KEY", None)


call = 1
