import os


def f():
    yield os.environ["V_1"]
    yield 1, os.environ["V_2"]


result = list(f())
