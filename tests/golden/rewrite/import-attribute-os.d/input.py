class C:
    pass


C.os = 1
key = "alpha"
result = C.os
