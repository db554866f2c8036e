import os as _os
import os


def f():
    global os
    os = "linux"


key = _os.environ["V_1"]
