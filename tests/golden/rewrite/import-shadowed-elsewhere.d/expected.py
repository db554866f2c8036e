import os


def f():
    os = "linux"
    return os


result = f(), os.environ["V_1"]
