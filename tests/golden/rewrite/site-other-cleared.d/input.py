import os

seen = list(os.environ)
greeting = "alpha"
seen.clear()
