import os


def f(**k):
    return k


result = f(os=1), os.environ["V_1"]
