import os as _os


def f():
    key = _os.environ["V_1"]
    import os
    return key, os.sep


result = f()
