import sys
key = "alpha"
