def f():
    os = "linux"
    return os


result = f(), "alpha"
