import os

conf = {}
conf["key"] = os.environ["V_1"]
