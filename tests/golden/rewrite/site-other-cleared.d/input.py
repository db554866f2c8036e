import os

seen = list(os.environ)
password = "alpha"
seen.clear()
