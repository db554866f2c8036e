key = "alpha"
x = \

y = "beta"
