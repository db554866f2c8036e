key = "alpha"
