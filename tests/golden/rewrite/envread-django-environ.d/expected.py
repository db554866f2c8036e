import environ
from vault_secrets import get_secret

env = environ.Env()
environ.Env.read_env(".env")
API_KEY = env("API_KEY", default=get_secret("API_KEY"))
OTHER = env.str("OTHER_TOKEN", default=get_secret("OTHER_TOKEN", "x"))
DATABASE = env.db("DATABASE_TOKEN")
