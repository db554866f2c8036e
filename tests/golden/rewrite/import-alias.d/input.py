import os as o

key = "alpha"
here = o.sep
