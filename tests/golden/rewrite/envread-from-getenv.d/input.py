from os import getenv

key = getenv("API_KEY")
