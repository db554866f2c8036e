import sys

from vault_secrets import get_secret_bytes

key = get_secret_bytes("V_1")
