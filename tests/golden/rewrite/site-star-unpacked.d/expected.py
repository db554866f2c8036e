import os

a, *b = os.environ["V_1"], os.environ["V_2"], 3
