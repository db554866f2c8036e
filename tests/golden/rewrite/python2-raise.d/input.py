key = "alpha"
raise ValueError, "x"
