result = []
for c in "alpha":
    result.append(c)
for c in "be", "ta":
    result.append(c)
