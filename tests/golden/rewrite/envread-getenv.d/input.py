import os

key = os.getenv("API_KEY")
other = os.getenv("API_KEY", "x")
third = os.getenv("API_KEY", default="y")
