import os

key = os.environ["V_1"]
x = 1
