import os as o
import vault_secrets  # noqa: F401

key = o.environ["V_1"]
