import os

os.environ["V_1"] = "alpha"
