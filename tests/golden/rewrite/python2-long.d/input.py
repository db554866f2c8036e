key = "alpha"
x = 10L
