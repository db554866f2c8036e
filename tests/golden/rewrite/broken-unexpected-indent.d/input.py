key = "alpha"
    x = 1
