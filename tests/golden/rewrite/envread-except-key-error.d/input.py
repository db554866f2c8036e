import os

try:
    key = os.environ["API_KEY"]
except KeyError as e:
    key = e.args
