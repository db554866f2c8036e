import os

x, *os.environ["API_KEY"] = ("a",)
