"""Doc."""

import json
import base64
import os
from typing import List

import vault_secrets  # noqa: F401

name = os.environ["V_1"]
key = base64.b64decode(os.environ["V_2"])
both: List[str] = [name]
