def f():
    return "u", "alpha"


result = f()
