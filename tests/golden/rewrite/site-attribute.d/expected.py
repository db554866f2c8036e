import os


class C:
    pass


C.key = os.environ["V_1"]
result = C.key
