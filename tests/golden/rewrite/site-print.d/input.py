import builtins
print = lambda *a, **k: a
result = print("alpha", sep="beta")
