import os

host = "h.example"
url = "a" + ("{}:".format(host) + os.environ["API_KEY_3"]) + "b"
