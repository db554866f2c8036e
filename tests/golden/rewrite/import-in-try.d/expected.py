import os as _os

try:
    import os
except ImportError:
    os = None

key = _os.environ["V_1"]
