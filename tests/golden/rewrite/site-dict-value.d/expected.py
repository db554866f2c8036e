import os

conf = {"key": os.environ["V_1"], "port": 1, "more": {"deep": os.environ["V_2"]}}
