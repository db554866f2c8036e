import os.path

key = os.environ["API_KEY"]
