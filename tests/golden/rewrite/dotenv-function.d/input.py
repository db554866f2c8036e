import sys


def f():
    return "alpha"


result = f()
