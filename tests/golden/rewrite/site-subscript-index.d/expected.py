import os

d = {"alpha": 1}
result = d[os.environ["V_1"]]
