from math import *
import os as _os

key = _os.environ["V_1"]
try:
    x = os.sep
except NameError:
    x = None
