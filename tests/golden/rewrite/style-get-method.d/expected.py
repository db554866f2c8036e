from vault_secrets import get_secret

result = get_secret("V_1").upper() + "x"
