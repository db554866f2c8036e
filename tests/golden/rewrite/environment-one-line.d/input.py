import sys; key = "alpha"; size = len(key)
