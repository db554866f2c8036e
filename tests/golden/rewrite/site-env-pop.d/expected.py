import os

result = os.environ.pop("KEYLIFT_X", os.environ["V_1"])
