import os

key = "a" if os.environ.get("API_KEY") else "b"
