def read():
    token = "alpha"
    return token


result = read()
