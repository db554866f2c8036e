import os

result = list(os.environ["V_1"] for _ in range(2))
