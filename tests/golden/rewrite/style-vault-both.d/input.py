"""Doc."""

import json
from typing import List

name = "alpha"
key = b"beta beta"
both: List[str] = [name]
