import os


def deco(key):
    def wrap(f):
        f.key = key
        return f
    return wrap


@deco(os.environ["V_1"])
def f():
    pass


result = f.key
