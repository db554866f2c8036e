import os

result = ("redis://:" + os.environ["API_KEY_1"] + "@h")[-2:]
