key = "alpha"
def f(a, (b, c)):
    pass
