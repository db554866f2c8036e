import os

def with_key(key):
    return lambda f: key


@with_key(os.environ.get("API_KEY"))
def f():
    pass


key = f
