import os


def f(os):
    return "alpha", os


result = f(1)
sep = os.sep
