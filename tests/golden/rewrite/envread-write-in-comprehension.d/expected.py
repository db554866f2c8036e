import os

from vault_secrets import get_secret

found = [1 for os.environ["API_KEY"] in ("a", "b")]
key = get_secret("API_KEY")
