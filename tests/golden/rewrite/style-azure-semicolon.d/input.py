import sys; key = "alpha"; n = len(key)
