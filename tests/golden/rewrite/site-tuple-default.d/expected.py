import os


def f(a=(1, 2), *b, c=((3), (4))):
    return a, b, c, os.environ["V_1"]


result = f(), (lambda: (1))()
