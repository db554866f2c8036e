#!/usr/bin/env python3

import os

key = os.environ["V_1"]
