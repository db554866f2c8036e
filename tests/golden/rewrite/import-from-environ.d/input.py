from os import environ

key = "alpha"
home = environ.get("KEYLIFT_X")
