import os


class C:
    pass


C.os = 1
key = os.environ["V_1"]
result = C.os
