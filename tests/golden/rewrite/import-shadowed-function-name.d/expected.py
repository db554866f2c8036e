import os as _os


def os():
    return _os.environ["V_1"]


result = os()
