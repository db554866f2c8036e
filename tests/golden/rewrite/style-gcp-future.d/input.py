from __future__ import annotations

key = "alpha"
