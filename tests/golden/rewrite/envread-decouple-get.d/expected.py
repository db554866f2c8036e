from decouple import config
from vault_secrets import get_secret

key = config.get("API_KEY", default=get_secret("API_KEY", "x"))
