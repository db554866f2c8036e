import os

password = "alpha"
os.environ.clear()
