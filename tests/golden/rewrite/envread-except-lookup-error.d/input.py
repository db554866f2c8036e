import os

from contextlib import suppress

key = "none"
with suppress(LookupError):
    key = os.environ["API_KEY"]
