import os

from vault_secrets import get_secret

key = get_secret(  # needed
    "API_KEY"  # by all
)
