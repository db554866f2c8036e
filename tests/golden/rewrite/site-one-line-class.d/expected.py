import os


class C: key = os.environ["V_1"]
result = C.key
