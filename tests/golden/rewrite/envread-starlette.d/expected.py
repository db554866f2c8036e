from starlette.config import Config
from starlette.datastructures import Secret
from vault_secrets import get_secret

config = Config(".env")
key = config("API_KEY", cast=Secret, default=get_secret("API_KEY"))
other = config("API_KEY", str, get_secret("API_KEY", "x"))
third = config("API_KEY", default=get_secret("API_KEY", None))
