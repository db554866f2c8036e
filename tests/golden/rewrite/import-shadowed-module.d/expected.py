import os as _os

os = "linux"
key = _os.environ["V_1"]
