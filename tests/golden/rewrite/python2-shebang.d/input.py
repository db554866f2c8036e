#!/usr/bin/env python2
key = "alpha"
