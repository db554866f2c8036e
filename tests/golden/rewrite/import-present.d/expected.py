import os

key = os.environ["V_1"]
here = os.sep
