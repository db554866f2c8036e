import sys  # noqa
key = "alpha"
