def f():
    return"alpha"


result = f()
