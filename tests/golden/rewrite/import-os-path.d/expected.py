import os.path

key = os.environ["V_1"]
x = os.path.sep
