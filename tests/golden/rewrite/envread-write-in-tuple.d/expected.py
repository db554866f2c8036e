import os

from vault_secrets import get_secret

(os.environ["API_KEY"], x) = ("a", "b")
[os.environ["API_KEY"], y] = ("c", "d")
key = get_secret("API_KEY")
