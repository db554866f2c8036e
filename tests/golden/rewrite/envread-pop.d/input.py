import os

key = os.environ.pop("API_KEY", None)
