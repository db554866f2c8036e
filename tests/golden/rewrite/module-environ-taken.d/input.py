environ = {}
key = "alpha"
