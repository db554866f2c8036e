# Copyright somebody.

import os

# The key of the shop.
key = os.environ["V_1"]
