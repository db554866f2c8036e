import os

from vault_secrets import get_secret

os.environ["API_KEY"] = "x"
os.environ["API_KEY"] += "y"
key = get_secret("API_KEY")
