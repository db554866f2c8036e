from os import environ as env, path

key = "alpha"
