import os
import os.path as p

key = os.environ["V_1"]
x = p.sep
