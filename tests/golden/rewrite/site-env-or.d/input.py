import os

key = os.getenv("KEYLIFT_X") or "alpha"
