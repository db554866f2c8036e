f = lambda: "alpha"
result = f()
