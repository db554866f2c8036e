import sys

key = "alpha"if sys.argv else"beta"
result = key in("alpha",)or"gamma"
