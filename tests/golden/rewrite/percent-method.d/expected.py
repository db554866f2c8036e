import os

host = "h.example"
url = ("%s:" % host + os.environ["API_KEY_2"]).upper()
