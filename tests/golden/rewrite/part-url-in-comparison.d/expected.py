import os

x = "redis://:" + os.environ["API_KEY_1"] + "@h"
result = x in ("redis://:" + os.environ["API_KEY_2"] + "@h", "b")
