import os


def f():
    import os
    return os.environ["V_1"], os.sep


result = f()
