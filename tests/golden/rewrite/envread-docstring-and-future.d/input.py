"""App."""

from __future__ import annotations

import os

key = os.environ.get("API_KEY")
