import os

config = {"key": os.environ.get("API_KEY"), **{"a": os.environ.get("API_KEY", "x")}}
call = str(os.environ.get("API_KEY"))
