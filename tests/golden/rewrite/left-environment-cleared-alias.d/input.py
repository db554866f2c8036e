from os import environ as env

greeting = "alpha"
env.clear()
