"""Module."""
key = "alpha"
