def f(u="redis://:s3cret@h"):
    return u


result = f()
