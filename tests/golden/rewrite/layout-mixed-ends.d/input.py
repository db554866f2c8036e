import sys
x = 1
key = "alpha"
