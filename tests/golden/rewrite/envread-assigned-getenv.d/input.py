import os

read = os.getenv
key = read("API_KEY")
