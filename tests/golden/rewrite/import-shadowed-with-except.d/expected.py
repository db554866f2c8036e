import os as _os

try:
    raise ValueError
except ValueError as os:
    result = _os.environ["V_1"]
