import os

from vault_secrets import get_secret

key = f"{get_secret('V_1')} {get_secret('API_KEY', None)}"
