from os import environ

key = environ["V_1"]
home = environ.get("KEYLIFT_X")
