import os

key = os.getenv("KEYLIFT_X") or os.environ["V_1"]
