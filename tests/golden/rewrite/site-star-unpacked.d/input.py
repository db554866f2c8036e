a, *b = "alpha", "beta", 3
