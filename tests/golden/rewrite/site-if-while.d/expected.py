import os

result = 0
if os.environ["V_1"]:
    result += 1
while os.environ["V_2"]:
    break
