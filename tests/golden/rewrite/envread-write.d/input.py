import os

os.environ["API_KEY"] = "x"
os.environ["API_KEY"] += "y"
key = os.environ["API_KEY"]
