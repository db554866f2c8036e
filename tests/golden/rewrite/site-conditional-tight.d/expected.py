import os
import sys

key = os.environ["V_1"]if sys.argv else os.environ["V_2"]
result = key in(os.environ["V_3"],)or os.environ["V_4"]
