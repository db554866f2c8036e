import os

d = {"a/" + os.environ["API_KEY_1"]: 1}
n = "a"
result = d[f"{n}/{os.environ['API_KEY_3']}"]
