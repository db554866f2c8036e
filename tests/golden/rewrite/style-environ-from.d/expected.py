from os import environ

import vault_secrets  # noqa: F401

key = environ["V_1"]
