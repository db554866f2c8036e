# header
import sys
key = "alpha"
