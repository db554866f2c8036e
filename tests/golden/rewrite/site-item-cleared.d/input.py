import os

found = os.environ.get("PATH", "").split(":")
environ = {"seen": []}
seen = environ["seen"]
greeting = "alpha"
seen.clear()
found.clear()
