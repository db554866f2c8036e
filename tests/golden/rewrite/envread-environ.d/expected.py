import os

import vault_secrets  # noqa: F401

key = os.environ.get("API_KEY")
