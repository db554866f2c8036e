import os

greeting = "alpha"
os.environ.clear()
