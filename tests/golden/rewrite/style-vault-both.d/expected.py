"""Doc."""

import json
import base64
import os
from typing import List

import hvac

name = hvac.Client(url=os.environ.get("VAULT_ADDR"), namespace=os.environ.get("VAULT_NAMESPACE")).secrets.kv.v2.read_secret_version(path="V_1", mount_point="secret", raise_on_deleted_version=True)["data"]["data"]["value"]
key = base64.b64decode(hvac.Client(url=os.environ.get("VAULT_ADDR"), namespace=os.environ.get("VAULT_NAMESPACE")).secrets.kv.v2.read_secret_version(path="V_2", mount_point="secret", raise_on_deleted_version=True)["data"]["data"]["value"])
both: List[str] = [name]
