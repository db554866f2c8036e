key = "alpha"
try:
    pass
