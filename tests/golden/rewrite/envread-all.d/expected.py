import os

from vault_secrets import get_secret

region = get_secret("SHOP_REGION", None)
key = get_secret("API_KEY", None)
