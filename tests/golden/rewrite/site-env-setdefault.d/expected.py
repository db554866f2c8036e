import os

os.environ.setdefault("KEYLIFT_X", os.environ["V_1"])
result = os.environ["KEYLIFT_X"]
