from __future__ import annotations

import os

x: "str" = os.environ["V_2"]
