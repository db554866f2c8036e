f = lambda os: (os, "alpha")
result = f(1)
