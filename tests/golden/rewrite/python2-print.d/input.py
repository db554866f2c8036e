key = "alpha"
print key
