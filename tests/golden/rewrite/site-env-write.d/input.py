import os

os.environ["KEYLIFT_X"] = "alpha"
result = os.environ["KEYLIFT_X"]
