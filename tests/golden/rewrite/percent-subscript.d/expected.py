import os

host = "h.example"
result = ("%s:" % host + os.environ["API_KEY_2"])[2:]
