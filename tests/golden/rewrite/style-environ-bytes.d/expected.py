import base64
import os
import sys

import vault_secrets  # noqa: F401

key = base64.b64decode(os.environ["V_1"])
