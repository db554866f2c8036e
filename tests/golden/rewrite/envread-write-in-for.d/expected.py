import os

from vault_secrets import get_secret

for os.environ["API_KEY"] in ("a", "b"):
    pass
key = get_secret("API_KEY")
