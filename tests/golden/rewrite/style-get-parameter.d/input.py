def read(get_secret):
    return "alpha" + get_secret


result = read("x")
