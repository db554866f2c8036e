import os

key = os.environ.get("API_KEY")
os.environ.clear()
other = os.environ.get("API_KEY")
