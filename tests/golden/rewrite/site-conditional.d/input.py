import sys

key = "alpha" if sys.argv else "beta"
