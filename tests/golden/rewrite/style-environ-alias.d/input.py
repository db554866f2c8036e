import os as o

key = "alpha"
