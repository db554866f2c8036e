import sys; from vault_secrets import get_secret; key = get_secret("V_1"); n = len(key)
