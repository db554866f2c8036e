import os

import vault_secrets  # noqa: F401

result = os.environ["V_1"].upper() + "x"
