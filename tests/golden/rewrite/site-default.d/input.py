def f(user, password="example", *, token: str = "beta"):
    return password, token


result = f(1)
