import os

keys = [os.environ["V_1"], os.environ["V_2"]]
