def f(**k):
    return k


result = f(user="u", password="dummy")
