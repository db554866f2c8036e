from os import environ as env

password = "alpha"
env.clear()
