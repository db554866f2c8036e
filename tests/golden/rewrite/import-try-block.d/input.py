import sys

try:
    import json
except ImportError:
    json = None

import re

key = "alpha"
