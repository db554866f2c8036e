import os

seen = list(os.environ)
password = os.environ["V_1"]
seen.clear()
