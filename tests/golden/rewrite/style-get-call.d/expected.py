from vault_secrets import get_secret


def connect(user, password=None):
    return user + password


result = connect("me", password=get_secret("V_1"))
