import os


def f(**k):
    return k


result = f(user="u", password=os.environ["V_1"])
