import os

from typing import Final

from vault_secrets import get_secret

KEY: Final = get_secret("API_KEY", None)
