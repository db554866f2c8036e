key = "alpha"
x = "beta
