import os

keys = [os.environ.get("API_KEY") for _ in range(2)]
