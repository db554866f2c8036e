import base64
import os

import hvac

dsn = b"redis://:" + base64.b64decode(hvac.Client(url=os.environ.get("VAULT_ADDR"), namespace=os.environ.get("VAULT_NAMESPACE")).secrets.kv.v2.read_secret_version(path="API_KEY_1", mount_point="secret", raise_on_deleted_version=True)["data"]["data"]["value"]) + b"@db"
