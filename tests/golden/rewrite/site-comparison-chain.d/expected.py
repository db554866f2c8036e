import os

a = "b"
result = os.environ["V_1"] < a < os.environ["V_2"]
