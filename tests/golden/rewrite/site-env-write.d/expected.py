import os

os.environ["KEYLIFT_X"] = os.environ["V_1"]
result = os.environ["KEYLIFT_X"]
