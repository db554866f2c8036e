import os

d = {"a": 1, "b": 2}
dsn = "{a}:".format_map(d) + os.environ["API_KEY_3"]
