import sys; key = "alpha"
