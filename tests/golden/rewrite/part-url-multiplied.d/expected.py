import os

result = ("a:" + os.environ["API_KEY_1"] + "@h") * 2
