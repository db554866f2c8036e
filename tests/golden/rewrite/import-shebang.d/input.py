#!/usr/bin/env python3
key = "alpha"
