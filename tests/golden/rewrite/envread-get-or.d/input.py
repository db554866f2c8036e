import os

key = os.environ.get("API_KEY") or "none"
name = not os.environ.get("API_KEY")
