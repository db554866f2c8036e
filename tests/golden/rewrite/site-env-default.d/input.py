import os

key = os.getenv("KEYLIFT_X", "alpha")
other = os.environ.get("KEYLIFT_Y", "beta")
