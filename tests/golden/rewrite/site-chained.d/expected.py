import os

a = b = c = os.environ["V_1"]
