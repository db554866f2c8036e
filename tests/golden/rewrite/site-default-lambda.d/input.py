f = lambda key="alpha": key
result = f()
