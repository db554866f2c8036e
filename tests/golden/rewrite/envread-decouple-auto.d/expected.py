from decouple import AutoConfig
from vault_secrets import get_secret

config = AutoConfig()
key = config("API_KEY", default=get_secret("API_KEY", "x"))
