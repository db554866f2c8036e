"""Module."""

key = "alpha"
