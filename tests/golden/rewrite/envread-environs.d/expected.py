from environs import Env
from vault_secrets import get_secret

env = Env()
env.read_env()
key = env("API_KEY", default=get_secret("API_KEY"))
other = env.str("API_KEY", default=get_secret("API_KEY", "x"))
