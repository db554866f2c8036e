def get_secret(name):
    return name


other = get_secret("x")
key = "alpha"
