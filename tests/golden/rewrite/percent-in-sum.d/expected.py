import os

host = "h.example"
url = "a" + ("%s:" % host + os.environ["API_KEY_3"]) + "b"
