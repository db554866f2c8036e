a, b = "alpha", "beta"
(c, d) = ("gamma", 1)
