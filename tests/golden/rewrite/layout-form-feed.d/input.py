import sys

key = "alpha"
