from vault_secrets import get_secret_bytes

key = "alpha"
