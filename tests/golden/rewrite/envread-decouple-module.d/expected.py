import decouple
from vault_secrets import get_secret

key = decouple.config("API_KEY", default=get_secret("API_KEY", "x"))
