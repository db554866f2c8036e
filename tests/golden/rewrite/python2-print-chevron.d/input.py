import sys
key = "alpha"
print >>sys.stderr, "x"
