import os

host = "h.example"
result = "%s:" % host + os.environ["API_KEY_2"] == "h.example:" + os.environ["API_KEY_3"]
