import os

def f():
    return env["API_KEY"]


env = os.environ
key = f()
