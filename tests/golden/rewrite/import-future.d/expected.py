from __future__ import annotations

import os

key = os.environ["V_1"]
