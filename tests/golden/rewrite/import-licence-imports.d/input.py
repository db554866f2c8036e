#!/usr/bin/env python3
# Copyright somebody.

# standard
import sys

# ours
import json

key = "alpha"
