#!/usr/bin/env python3
# Copyright somebody.

# standard
import os
import sys

# ours
import json

key = os.environ["V_1"]
