from environs import Env

env = Env()
pin = env.int("PIN_TOKEN")
flag = env.bool("FLAG_TOKEN", default=False)
list_ = env.list("LIST_TOKEN")
key = env("API_KEY", "x")
