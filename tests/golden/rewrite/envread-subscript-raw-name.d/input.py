import os

key = os.environ[r"API_KEY"]
