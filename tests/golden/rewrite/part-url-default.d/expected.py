import os


def f(u="redis://:" + os.environ["API_KEY_1"] + "@h"):
    return u


result = f()
