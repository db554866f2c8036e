import os

from vault_secrets import get_secret

keys = [get_secret("API_KEY", None) for _ in range(2)]
