from starlette.config import Config
from vault_secrets import get_secret

config = Config(env_prefix="APP_")
key = config("API_KEY", default=get_secret("APP_API_KEY"))
