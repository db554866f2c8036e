from vault_secrets import get_secret as _get_secret


def read(get_secret):
    return _get_secret("V_1") + get_secret


result = read("x")
