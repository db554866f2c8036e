import sys

key = b"alpha"
