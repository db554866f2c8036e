import os

host = "h.example"
url = "https://" + host + ("/?key=" + os.environ["API_KEY_3"])
