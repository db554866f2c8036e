import os

result = os.environ.pop("KEYLIFT_X", "alpha")
