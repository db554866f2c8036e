from os import environ as e, getenv as g

key = e["API_KEY"]
other = g("API_KEY", "x")
