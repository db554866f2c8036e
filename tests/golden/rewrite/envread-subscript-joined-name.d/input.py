import os

key = os.environ["API" "_KEY"]
