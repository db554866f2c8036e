def f(*os, **kw):
    return "alpha", os


result = f(1)
