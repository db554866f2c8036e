import os

from typing import Any

from vault_secrets import get_secret

env: Any = os.environ
key = get_secret("API_KEY")
