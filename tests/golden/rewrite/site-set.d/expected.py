import os

keys = {os.environ["V_1"], 1}
