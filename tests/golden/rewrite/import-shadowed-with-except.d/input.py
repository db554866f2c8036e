try:
    raise ValueError
except ValueError as os:
    result = "alpha"
