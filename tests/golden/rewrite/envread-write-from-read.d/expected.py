import os

from vault_secrets import get_secret

os.environ["API_KEY"] = get_secret("API_KEY", "x")
key = get_secret("API_KEY")
