result = []
for os in ["linux"]:
    result.append("alpha")
