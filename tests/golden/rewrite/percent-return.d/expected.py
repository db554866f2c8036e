import os

host = "h.example"
def f():
    return "%s:" % host + os.environ["API_KEY_2"]


result = f()
