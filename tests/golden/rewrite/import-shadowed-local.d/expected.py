import os as _os


def f():
    os = "linux"
    return _os.environ["V_1"], os


result = f()
