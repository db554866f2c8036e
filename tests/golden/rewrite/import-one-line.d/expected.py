x = 1; import os; key = os.environ["V_1"]
