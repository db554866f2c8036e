import os
import sys

try:
    import json
except ImportError:
    json = None

import re

key = os.environ["V_1"]
