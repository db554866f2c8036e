import os

key = os.environ["V_1"] * 2
percent = "%s!" % os.environ["V_2"]
neg = not os.environ["V_3"]
