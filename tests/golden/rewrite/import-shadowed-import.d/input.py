import json as os

key = "alpha"
x = os.dumps(1)
