keys = {"alpha", 1}
