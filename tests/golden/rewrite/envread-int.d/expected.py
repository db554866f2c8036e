import os

from vault_secrets import get_secret

pin = int(get_secret("PIN_TOKEN", "5"))
