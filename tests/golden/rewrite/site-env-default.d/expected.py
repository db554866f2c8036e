import os

key = os.getenv("KEYLIFT_X", os.environ["V_1"])
other = os.environ.get("KEYLIFT_Y", os.environ["V_2"])
