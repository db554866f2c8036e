from environs import Env, EnvError

env = Env()
try:
    key = env("API_KEY")
except EnvError:
    key = "none"
