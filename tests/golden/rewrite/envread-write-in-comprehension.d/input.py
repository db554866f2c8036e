import os

found = [1 for os.environ["API_KEY"] in ("a", "b")]
key = os.environ["API_KEY"]
