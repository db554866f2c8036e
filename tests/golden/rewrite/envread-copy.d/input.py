import os

key = os.environ.copy()["API_KEY"]
other = dict(os.environ).get("API_KEY")
third = {**os.environ}["API_KEY"]
