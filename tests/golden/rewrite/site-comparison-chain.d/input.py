a = "b"
result = "alpha" < a < "gamma"
