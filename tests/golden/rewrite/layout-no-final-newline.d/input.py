import sys
key = "alpha"