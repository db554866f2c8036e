import os

def f(os):
    return os.environ["API_KEY"]


key = os.environ.get("API_KEY")
