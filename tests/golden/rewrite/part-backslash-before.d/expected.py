import os

x = "a\d" + os.environ["API_KEY_1"]
