class C:
    os = "linux"
    key = "alpha"


result = C.key
