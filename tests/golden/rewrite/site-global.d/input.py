key = None


def f():
    global key
    key = "alpha"


f()
