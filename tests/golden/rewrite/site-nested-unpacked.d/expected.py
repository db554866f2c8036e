import os

(a, (b, c)) = (os.environ["V_1"], (os.environ["V_2"], 1))
d, *rest = os.environ["V_3"], os.environ["V_4"], 2
*more, e = [os.environ["V_5"], 3, os.environ["V_6"]]
