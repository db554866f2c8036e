"""keylift: finds hard-coded secrets, moves them into a vault, and rewrites the code.

The program is the `keylift` binary of this package; there is no Python interface.
"""
