def f(user, password="alpha", *, token: str = "beta"):
    return password, token


result = f(1)
