import os

(os.environ["API_KEY"], x) = ("a", "b")
[os.environ["API_KEY"], y] = ("c", "d")
key = os.environ["API_KEY"]
