from vault_secrets import get_secret as secret

key = "alpha"
