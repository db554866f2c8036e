import sys
if sys.version_info >= (3, 10):
    exec("pass")
result = "alpha"
