import os

a = [os.environ["V_1"] for _ in range(2)]
b = {i: os.environ["V_2"] for i in range(2)}
c = [x for x in os.environ["V_3"] if x != os.environ["V_4"]]
