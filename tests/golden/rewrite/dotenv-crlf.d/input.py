import sys
key = "alpha"
