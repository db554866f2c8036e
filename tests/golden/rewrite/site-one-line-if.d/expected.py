import os
import sys
if sys.argv: key = os.environ["V_1"]
else: key = os.environ["V_2"]
