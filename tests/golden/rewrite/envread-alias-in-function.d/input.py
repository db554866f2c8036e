import os

def f():
    env = os.environ
    return env["API_KEY"]


call = 1
