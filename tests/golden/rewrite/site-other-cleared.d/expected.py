import os

seen = list(os.environ)
greeting = os.environ["V_1"]
seen.clear()
