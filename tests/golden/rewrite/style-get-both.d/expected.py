"""Doc."""

import json
from typing import List

from vault_secrets import get_secret, get_secret_bytes

name = get_secret("V_1")
key = get_secret_bytes("V_2")
both: List[str] = [name]
