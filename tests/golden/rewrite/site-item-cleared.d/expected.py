import os

found = os.environ.get("PATH", "").split(":")
environ = {"seen": []}
seen = environ["seen"]
greeting = os.environ["V_1"]
seen.clear()
found.clear()
