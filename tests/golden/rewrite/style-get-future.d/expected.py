from __future__ import annotations

from vault_secrets import get_secret

key = get_secret("V_1")
