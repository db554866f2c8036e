from vault_secrets import get_secret as _get_secret


def get_secret(name):
    return name


other = get_secret("x")
key = _get_secret("V_1")
