import os

import vault_secrets  # noqa: F401

key = "alpha"
