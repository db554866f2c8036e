def f():
    yield "alpha"
    yield 1, "beta"


result = list(f())
