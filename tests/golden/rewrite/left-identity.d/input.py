KEY = "alpha"
result = KEY is "alpha"
other = "x"


def f(x="beta"):
    return x is other or x is not None
