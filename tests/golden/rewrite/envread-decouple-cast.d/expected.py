from decouple import config
from vault_secrets import get_secret

pin = config("PIN_TOKEN", cast=int, default=get_secret("PIN_TOKEN"))
flag = config("FLAG_TOKEN", default=get_secret("FLAG_TOKEN", False), cast=bool)
third = config("PIN_TOKEN", "5", int)
