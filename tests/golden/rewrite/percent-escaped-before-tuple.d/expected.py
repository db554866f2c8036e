import os

host = "h.example"
url = "100%%:%s@%s" % (os.environ["API_KEY_2"], host,)
