import os

key = os.environ.setdefault("API_KEY", "x")
