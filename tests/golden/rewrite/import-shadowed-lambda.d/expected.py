import os as _os

f = lambda os: (os, _os.environ["V_1"])
result = f(1)
