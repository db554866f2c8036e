# -*- coding: latin-1 -*-

import os

name = "Zoë"
key = os.environ["V_1"]  # ü
after = "é"
