import os as system

key = "alpha"
