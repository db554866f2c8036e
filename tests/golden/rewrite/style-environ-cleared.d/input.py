import os

os.environ.clear()
key = "alpha"
