key = "alpha"
class C:
    return key
