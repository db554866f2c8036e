import os

for os.environ["API_KEY"] in ("a", "b"):
    pass
key = os.environ["API_KEY"]
