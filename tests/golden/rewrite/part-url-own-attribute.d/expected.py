import os


class C:
    u = "a:" + os.environ["API_KEY_1"] + "@h"


result = C.u
