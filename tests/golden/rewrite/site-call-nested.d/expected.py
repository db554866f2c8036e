import os

result = str(bytes(str(os.environ["V_1"]), "ascii"))
