from __future__ import annotations

import os

import vault_secrets  # noqa: F401

key = os.environ["V_1"]
