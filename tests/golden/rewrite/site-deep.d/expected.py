import os


def f():
    def g():
        class H:
            def i(self):
                if True:
                    for _ in range(1):
                        try:
                            return {"a": [(os.environ["V_1"],)]}
                        finally:
                            pass
        return H().i()
    return g()


result = f()
