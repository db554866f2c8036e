key = "alpha"
from math import *
