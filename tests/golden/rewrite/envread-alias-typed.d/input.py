import os

from typing import Any

env: Any = os.environ
key = env["API_KEY"]
