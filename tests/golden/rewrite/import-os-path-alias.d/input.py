import os.path as p

key = "alpha"
x = p.sep
