import os

result = []
for c in os.environ["V_1"]:
    result.append(c)
for c in os.environ["V_2"], "ta":
    result.append(c)
