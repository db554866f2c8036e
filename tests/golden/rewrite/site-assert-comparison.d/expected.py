import os

key = "al" + "pha"
assert key == os.environ["V_1"]
