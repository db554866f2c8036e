import os

key = os.environ.get("API_KEY", os.environ.get("OLD_API_KEY"))
