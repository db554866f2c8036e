from environs import Env
from vault_secrets import get_secret

env = Env()
with env.prefixed("APP_"):
    key = env.str("API_KEY", default=get_secret("APP_API_KEY"))
