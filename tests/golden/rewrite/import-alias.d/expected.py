import os as o

key = o.environ["V_1"]
here = o.sep
