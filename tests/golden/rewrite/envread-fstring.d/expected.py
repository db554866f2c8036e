import os

from vault_secrets import get_secret

key = f"<{get_secret('API_KEY')}>"
other = f"<{get_secret('API_KEY', None)!r:>12}>"
