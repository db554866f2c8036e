import os

import vault_secrets  # noqa: F401

given = "alpha"
result = given == os.environ["V_1"]
