import os

f = lambda:os.environ["V_1"]
result = f()
