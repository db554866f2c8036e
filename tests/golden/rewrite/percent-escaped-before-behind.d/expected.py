import os

host = "h.example"
url = "100%%:%s:" % host + os.environ["API_KEY_2"]
