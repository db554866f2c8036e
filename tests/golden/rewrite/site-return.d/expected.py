import os


def f():
    return os.environ["V_1"]


result = f()
