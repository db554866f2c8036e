import os
import sys

key = os.environ["V_1"] if sys.argv else os.environ["V_2"]
