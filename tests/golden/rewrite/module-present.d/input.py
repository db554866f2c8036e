from env_secrets import environ

key = "alpha"
