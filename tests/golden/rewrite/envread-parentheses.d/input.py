import os

key = (os.environ)["API_KEY"]
other = (os.environ.get)("API_KEY")
third = (os.environ.get("API_KEY"))
