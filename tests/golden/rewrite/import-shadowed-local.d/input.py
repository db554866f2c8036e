def f():
    os = "linux"
    return "alpha", os


result = f()
