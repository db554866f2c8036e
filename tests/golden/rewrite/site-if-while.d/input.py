result = 0
if "alpha":
    result += 1
while "beta":
    break
