import os

host = "h.example"
d = dict(url="%s:" % host + os.environ["API_KEY_2"])
