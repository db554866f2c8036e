import os
import sys
x = 1
key = os.environ["V_1"]
