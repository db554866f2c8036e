def f(x="alpha"):
    import os
    return x, os.sep, "beta"


result = f()
