import os as _os

result = []
for os in ["linux"]:
    result.append(_os.environ["V_1"])
