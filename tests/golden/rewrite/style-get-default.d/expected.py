from vault_secrets import get_secret


def read(token=get_secret("V_1")):
    return token.upper()


result = read()
