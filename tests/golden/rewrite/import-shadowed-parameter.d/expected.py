import os as _os
import os


def f(os):
    return _os.environ["V_1"], os


result = f(1)
sep = os.sep
