"""Module."""

import os
import sys


def f():
    return os.environ["V_1"]


result = f()
