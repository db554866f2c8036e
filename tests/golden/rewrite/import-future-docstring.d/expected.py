"""Module."""
from __future__ import annotations
import os
import sys

key = os.environ["V_1"]
