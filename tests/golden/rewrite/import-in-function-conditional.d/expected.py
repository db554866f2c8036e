import os as _os


def f(x=0):
    if x:
        import os
    return _os.environ["V_1"]


result = f()
