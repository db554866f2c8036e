import os

key = os.environ["V_1"]
import sys
other = os.environ["V_2"]
