"""Module."""; key = "alpha"
