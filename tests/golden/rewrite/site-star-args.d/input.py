def f(*a, **k):
    return a, k


result = f(*"al", **{"k": "beta"})
