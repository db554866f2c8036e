from os import environ as env

env["KEYLIFT_X"] = env["V_1"]
result = env["KEYLIFT_X"]
