def f(*a):
    return a


result = f("u", "alpha", *["beta"])
