import os

def f(key=os.environ.get("API_KEY")):
    return key


key = f()
