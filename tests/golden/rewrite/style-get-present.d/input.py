from vault_secrets import get_secret

key = "alpha"
