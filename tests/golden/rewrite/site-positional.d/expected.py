import os


def f(*a):
    return a


result = f("u", os.environ["V_1"], *[os.environ["V_2"]])
