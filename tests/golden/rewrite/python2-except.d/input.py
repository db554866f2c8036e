key = "alpha"
try:
    pass
except ValueError, e:
    pass
