import os

from vault_secrets import get_secret

key = get_secret("API_KEY", None)
other = get_secret("API_KEY", "x")
third = get_secret("API_KEY", default="y")
