from decouple import config

pin = config("PIN_TOKEN", cast=int)
flag = config("FLAG_TOKEN", default=False, cast=bool)
third = config("PIN_TOKEN", "5", int)
