import os

key = os.environ.get("API_KEY"), os.environ.get("API_KEY", "x"), os.getenv("API_KEY")
