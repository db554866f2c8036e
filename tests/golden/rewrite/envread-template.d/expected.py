import os

from vault_secrets import get_secret

key = "%s " % get_secret("API_KEY", None) + get_secret("V_1")
