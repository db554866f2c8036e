class C: key = "alpha"
result = C.key
