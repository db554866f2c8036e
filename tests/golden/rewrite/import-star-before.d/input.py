from math import *

key = "alpha"
