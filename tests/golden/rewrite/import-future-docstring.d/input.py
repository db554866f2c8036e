"""Module."""
from __future__ import annotations
import sys

key = "alpha"
