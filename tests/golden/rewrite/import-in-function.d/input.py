def f():
    key = "alpha"
    import os
    return key, os.sep


result = f()
