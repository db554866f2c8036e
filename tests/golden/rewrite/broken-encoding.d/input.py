# coding: ascii
key = "alpha"
x = "é"
