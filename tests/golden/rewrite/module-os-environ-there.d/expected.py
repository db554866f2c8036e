from os import environ

from env_secrets import environ as _environ

key = _environ["V_1"]
x = environ.get("KEYLIFT_X")
