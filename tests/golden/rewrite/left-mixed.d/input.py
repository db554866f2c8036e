key = "alpha"
x = "al%s" % 1
other = "beta"
