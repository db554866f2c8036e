import os

key = os.getenv("V_1", "alpha")
