from vault_secrets import get_secret

given = "alpha"
result = given == get_secret("V_1")
