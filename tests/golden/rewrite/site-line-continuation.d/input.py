key = \
    "alpha"
