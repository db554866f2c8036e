import os

if (key := os.environ.get("API_KEY")) is None:
    key = "none"
