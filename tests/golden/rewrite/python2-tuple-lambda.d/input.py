key = "alpha"
f = lambda (a, b): a
