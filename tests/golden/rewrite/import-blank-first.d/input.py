
key = "alpha"
