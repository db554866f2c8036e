def f(u="redis://:secret@h"):
    return u


result = f()
