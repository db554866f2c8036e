import os

keys = (os.environ["V_1"], 1)
one = (os.environ["V_2"],)
