from environs import Env

env = Env()
env.read_env()
key = env("API_KEY")
other = env.str("API_KEY", default="x")
