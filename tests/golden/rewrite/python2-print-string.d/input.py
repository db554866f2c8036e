key = "alpha"
print "x"
