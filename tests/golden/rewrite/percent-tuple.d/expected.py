import os

host = "h.example"
dsn = "%s:%s@%s" % ("bob", os.environ["API_KEY_2"], host)
