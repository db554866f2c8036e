key = "alpha"
if key:
x = 1
