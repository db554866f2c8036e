a = {slice("a", "b"): 1} if False else None
result = "xyz"["alpha".find("l"):]
