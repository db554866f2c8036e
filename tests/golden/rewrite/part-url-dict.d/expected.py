import os

d = {"default": {"URL": "redis://:" + os.environ["API_KEY_3"] + "@h:1/0"}}
