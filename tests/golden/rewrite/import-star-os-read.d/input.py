from math import *

key = "alpha"
try:
    x = os.sep
except NameError:
    x = None
