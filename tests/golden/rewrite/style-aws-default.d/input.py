def read(token="alpha"):
    return token.upper()


result = read()
