import os

more = {}
key = os.environ.get("API_KEY", **more)
