#!/usr/bin/env python3
# -*- coding: utf-8 -*-

import os

key = os.environ["V_1"]
