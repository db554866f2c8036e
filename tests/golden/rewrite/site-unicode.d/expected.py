import os

é = 1
key = os.environ["V_1"]; after = "ü"
