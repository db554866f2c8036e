from os import environ

key = environ["API_KEY"]
other = environ.get("API_KEY")
