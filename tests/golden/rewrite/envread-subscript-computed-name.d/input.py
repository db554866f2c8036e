import os

N = "API_KEY"
key = os.environ.get(N)
other = os.environ["API" + "_KEY"]
