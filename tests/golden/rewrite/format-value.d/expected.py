import os

host = "h.example"
url = "https://{}/?key={}".format(host, os.environ["API_KEY_3"])
