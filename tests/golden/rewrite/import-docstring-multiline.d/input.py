"""Module.

More.
"""

import sys

key = "alpha"
