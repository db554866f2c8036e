import os

import vault_secrets  # noqa: F401

result = {
    "user": "me",
    "password": os.environ["V_1"],
}
