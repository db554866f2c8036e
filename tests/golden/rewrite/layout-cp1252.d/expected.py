# coding: cp1252

import os

name = "€uro"; key = os.environ["V_1"]  # €
