def f(x=0):
    if x:
        import os
    return "alpha"


result = f()
