import os

x = 1
a = f"alpha{x}"
b = f"{os.environ['V_2']}"
