vault_secrets = 1
key = "alpha"
