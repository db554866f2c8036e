import os

key = "alpha"
here = os.sep
