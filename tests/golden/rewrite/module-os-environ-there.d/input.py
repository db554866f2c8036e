from os import environ

key = "alpha"
x = environ.get("KEYLIFT_X")
