import os

d = {"a": 1}
dsn = "%(a)s:" % d + os.environ["API_KEY_2"]
