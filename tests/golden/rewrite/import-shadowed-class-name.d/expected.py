import os as _os


class os:
    key = _os.environ["V_1"]


result = os.key
