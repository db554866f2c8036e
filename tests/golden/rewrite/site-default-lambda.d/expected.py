import os

f = lambda key=os.environ["V_1"]: key
result = f()
