from decouple import config
from vault_secrets import get_secret

key = config("API_KEY", default=get_secret("API_KEY", "none"))
other = config("API_KEY", get_secret("API_KEY", "none"))
third = config("API_KEY", get_secret("API_KEY", None))
