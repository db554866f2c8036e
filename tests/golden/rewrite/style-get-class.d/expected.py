from vault_secrets import get_secret


class Config:
    token = get_secret("V_1")


result = Config.token
