def f(**k):
    return k


result = f(os=1), "alpha"
