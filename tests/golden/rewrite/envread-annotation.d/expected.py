import os

from vault_secrets import get_secret

key: "str | None" = get_secret("API_KEY", None)
