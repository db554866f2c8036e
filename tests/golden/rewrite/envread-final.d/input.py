import os

from typing import Final

KEY: Final = os.environ.get("API_KEY")
