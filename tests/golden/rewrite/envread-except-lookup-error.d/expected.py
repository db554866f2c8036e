import os

from contextlib import suppress

from vault_secrets import get_secret

key = "none"
with suppress(LookupError):
    key = get_secret("API_KEY")
