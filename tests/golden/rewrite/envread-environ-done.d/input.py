import os

import vault_secrets

key = os.environ.get("API_KEY")
