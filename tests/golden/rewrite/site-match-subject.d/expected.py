import os
import sys
if sys.version_info >= (3, 10):
    exec("pass")
result = os.environ["V_1"]
