import os

get_secret = "mine"
key = os.environ.get("API_KEY")
