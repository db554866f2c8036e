# Copyright somebody.

# The key of the shop.
key = "alpha"
