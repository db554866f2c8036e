import os as _os_2

os = 1
_os = 2
key = _os_2.environ["V_1"]
