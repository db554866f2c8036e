import os

d = {"a": 1}
dsn = os.environ["API_KEY_2"] + ":%(a)s" % d
