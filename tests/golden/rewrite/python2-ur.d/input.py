key = "alpha"
x = ur"x"
