import os

a = os.environ["V_1"]; b = os.environ["V_2"]; c = os.environ["V_3"]
