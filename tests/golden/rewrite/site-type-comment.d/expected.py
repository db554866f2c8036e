import os

key = os.environ["V_1"]  # type: str
