import os


class C:
    def f(self, key=os.environ["V_1"]):
        return key


result = C().f()
