import os

host = "h.example"
url = "https://{h}/?key={k}".format(h=host, k=os.environ["API_KEY_3"])
