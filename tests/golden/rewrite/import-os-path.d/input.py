import os.path

key = "alpha"
x = os.path.sep
