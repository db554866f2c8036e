def os():
    return "alpha"


result = os()
