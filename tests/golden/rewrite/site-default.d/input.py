def f(user, password="dummy", *, token: str = "beta"):
    return password, token


result = f(1)
