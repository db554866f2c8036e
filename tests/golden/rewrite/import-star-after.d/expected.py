import os as _os

key = _os.environ["V_1"]
from math import *
