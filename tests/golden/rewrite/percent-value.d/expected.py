import os

host = "h.example"
url = "https://%s/?key=%s" % (host, os.environ["API_KEY_3"])
