import os

KEY = os.environ["V_1"]
result = KEY is None, KEY is not True
