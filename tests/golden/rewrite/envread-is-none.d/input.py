import os

key = os.environ.get("API_KEY")
if key is None:
    key = "none"
