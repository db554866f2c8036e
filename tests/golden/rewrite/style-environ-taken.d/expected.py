import os

import vault_secrets as _vault_secrets  # noqa: F401

vault_secrets = 1
key = os.environ["V_1"]
