from vault_secrets import get_secret

result = {
    "user": "me",
    "password": get_secret("V_1"),
}
