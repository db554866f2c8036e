# Copyright somebody.
#
# Licence: some.

import os

key = os.environ["V_1"]
