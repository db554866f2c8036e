class C:
    pass


C.key = "alpha"
result = C.key
