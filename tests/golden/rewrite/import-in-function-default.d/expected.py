import os as _os


def f(x=_os.environ["V_1"]):
    import os
    return x, os.sep, _os.environ["V_2"]


result = f()
