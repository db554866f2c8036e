import os as _os


def f(*os, **kw):
    return _os.environ["V_1"], os


result = f(1)
