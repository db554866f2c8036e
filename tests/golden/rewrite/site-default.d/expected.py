import os


def f(user, password=os.environ["V_1"], *, token: str = os.environ["V_2"]):
    return password, token


result = f(1)
