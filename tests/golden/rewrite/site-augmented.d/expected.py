import os

key = "x"
key += os.environ["V_1"]
