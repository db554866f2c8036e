# Copyright somebody.
#
# Licence: some.

key = "alpha"
