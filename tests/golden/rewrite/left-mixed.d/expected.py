import os

key = os.environ["V_1"]
x = "al%s" % 1
other = os.environ["V_3"]
