import os as _os
import json as os

key = _os.environ["V_1"]
x = os.dumps(1)
