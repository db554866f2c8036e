import os

env = os.environ
key = env["API_KEY"]
other = env.get("API_KEY")
