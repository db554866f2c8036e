import os

host = "h.example"
url = ("{}/".format(host) + os.environ["API_KEY_2"]).upper().lower()
