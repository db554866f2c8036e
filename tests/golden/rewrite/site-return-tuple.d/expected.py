import os


def f():
    return "u", os.environ["V_1"]


result = f()
