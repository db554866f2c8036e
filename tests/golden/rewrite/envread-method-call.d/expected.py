import os

from vault_secrets import get_secret

key = get_secret("API_KEY", "").strip().upper()
part = get_secret("API_KEY", "none")[0]
