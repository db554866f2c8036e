#!/usr/bin/env python3
"""Module."""

key = "alpha"
