def f():
    import os
    return "alpha", os.sep


result = f()
