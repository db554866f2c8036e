from os import environ as env, path

key = env["V_1"]
