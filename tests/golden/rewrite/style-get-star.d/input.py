from os.path import *

key = "alpha"
