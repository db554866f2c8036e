import os

key: str = os.environ["V_1"]
