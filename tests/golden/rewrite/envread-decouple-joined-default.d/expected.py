from decouple import config
from vault_secrets import get_secret

key = config("API_KEY", default=get_secret("API_KEY", "a" "b"))
