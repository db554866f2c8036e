import os

host = "h.example"
url = os.environ["API_KEY_2"] + ":%s" % host if host else None
