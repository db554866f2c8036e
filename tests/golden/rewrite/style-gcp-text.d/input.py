import sys

key = "alpha"
