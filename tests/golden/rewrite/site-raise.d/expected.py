import os

try:
    raise ValueError(os.environ["V_1"])
except ValueError as e:
    result = str(e)
