import os

import vault_secrets  # noqa: F401


def connect(user, password=None):
    return user + password


result = connect("me", password=os.environ["V_1"])
