import os

from vault_secrets import get_secret

region = os.environ.get("SHOP_REGION")
key = get_secret("API_KEY", None)
