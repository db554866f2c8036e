import os

key = os.environ.get(key="API_KEY")
