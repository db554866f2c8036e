key = "alpha"
import sys
other = "beta"
