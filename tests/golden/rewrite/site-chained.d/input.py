a = b = c = "alpha"
