import os

os.environ["API_KEY"] = os.environ.get("API_KEY", "x")
key = os.environ["API_KEY"]
