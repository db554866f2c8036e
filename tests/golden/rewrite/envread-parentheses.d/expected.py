import os

from vault_secrets import get_secret

key = (os.environ)["API_KEY"]
other = (os.environ.get)("API_KEY")
third = (get_secret("API_KEY", None))
