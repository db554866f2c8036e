from starlette.config import Config
from starlette.datastructures import Secret

config = Config(".env")
key = config("API_KEY", cast=Secret)
other = config("API_KEY", str, "x")
third = config("API_KEY", default=None)
