import os
from typing import Any, \
    List
key = os.environ["V_1"]
