import os

host = "h.example"
dsn = "%s:%s:%s@%5.1s" % ("a", host, os.environ["API_KEY_2"], "b")
