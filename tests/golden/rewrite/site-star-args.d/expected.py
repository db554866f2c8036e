import os


def f(*a, **k):
    return a, k


result = f(*os.environ["V_1"], **{"k": os.environ["V_2"]})
