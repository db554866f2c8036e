from math import *
import os

key = os.environ["V_1"]
