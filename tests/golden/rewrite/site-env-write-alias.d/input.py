from os import environ as env

env["KEYLIFT_X"] = "alpha"
result = env["KEYLIFT_X"]
