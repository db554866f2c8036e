import os as _os

result = (os := 1) + len(_os.environ["V_1"])
