import os

os.environ.setdefault("KEYLIFT_X", "alpha")
result = os.environ["KEYLIFT_X"]
