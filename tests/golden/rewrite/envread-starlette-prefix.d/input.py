from starlette.config import Config

config = Config(env_prefix="APP_")
key = config("API_KEY")
