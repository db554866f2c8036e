import os as _os


class C:
    os = "linux"
    key = _os.environ["V_1"]


result = C.key
