import os

import hvac

host = "h.example"
url = "{}:{api_key_2}@{}".format("bob", host, api_key_2=hvac.Client(url=os.environ.get("VAULT_ADDR"), namespace=os.environ.get("VAULT_NAMESPACE")).secrets.kv.v2.read_secret_version(path="API_KEY_2", mount_point="secret", raise_on_deleted_version=True)["data"]["data"]["value"])
