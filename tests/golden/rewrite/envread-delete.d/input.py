import os

os.environ["API_KEY"] = "x"
del os.environ["API_KEY"]
