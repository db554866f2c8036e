import os

from vault_secrets import get_secret

env = os.environ
key = get_secret("API_KEY")
other = get_secret("API_KEY", None)
