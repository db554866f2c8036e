import os

from .vault_secrets import get_secret

os.environ.clear()

key = get_secret("V_1")
