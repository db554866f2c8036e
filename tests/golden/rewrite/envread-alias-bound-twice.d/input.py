import os

env = os.environ
key = env["API_KEY"]
env, other = {"API_KEY": "x"}, 1
key2 = env["API_KEY"]
