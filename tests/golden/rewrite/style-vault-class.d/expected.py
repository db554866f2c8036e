import os

import hvac


class Config:
    token = hvac.Client(url=os.environ.get("VAULT_ADDR"), namespace=os.environ.get("VAULT_NAMESPACE")).secrets.kv.v2.read_secret_version(path="V_1", mount_point="secret", raise_on_deleted_version=True)["data"]["data"]["value"]


result = Config.token
