import os

from contextlib import nullcontext

from vault_secrets import get_secret

with nullcontext("a") as os.environ["API_KEY"]:
    pass
key = get_secret("API_KEY")
