from __future__ import annotations

x: "str" = "alpha"
