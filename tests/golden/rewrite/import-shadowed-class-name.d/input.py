class os:
    key = "alpha"


result = os.key
