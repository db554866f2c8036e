import os

import vault_secrets  # noqa: F401


def read(token=os.environ["V_1"]):
    return token.upper()


result = read()
