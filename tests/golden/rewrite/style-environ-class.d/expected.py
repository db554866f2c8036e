import os

import vault_secrets  # noqa: F401


class Config:
    token = os.environ["V_1"]


result = Config.token
