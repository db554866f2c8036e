def f(a=(1, 2), *b, c=((3), (4))):
    return a, b, c, "alpha"


result = f(), (lambda: (1))()
