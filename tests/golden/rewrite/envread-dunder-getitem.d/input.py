import os

key = os.environ.__getitem__("API_KEY")
