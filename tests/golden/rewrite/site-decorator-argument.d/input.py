def deco(key):
    def wrap(f):
        f.key = key
        return f
    return wrap


@deco("alpha")
def f():
    pass


result = f.key
