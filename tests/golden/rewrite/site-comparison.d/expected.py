import os

key = "al" + "pha"
result = key == os.environ["V_1"]
other = os.environ["V_2"] != key
inside = os.environ["V_3"] in key
