import sys

key = b"alpha beta"
