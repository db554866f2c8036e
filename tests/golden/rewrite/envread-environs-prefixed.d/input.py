from environs import Env

env = Env()
with env.prefixed("APP_"):
    key = env.str("API_KEY")
