import sys
if sys.argv: key = "alpha"
else: key = "beta"
