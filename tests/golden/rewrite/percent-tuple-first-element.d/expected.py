import os

host = "h.example"
dsn = os.environ["API_KEY_2"] + "%s" % (host,)
