import os

tail = "x"
key = os.environ["V_1"] + tail
