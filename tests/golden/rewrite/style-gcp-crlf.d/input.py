import sys

key = "alpha"
