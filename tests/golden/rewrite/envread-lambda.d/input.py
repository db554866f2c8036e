import os

read = lambda: os.environ.get("API_KEY")
key = read()
