import os

host = "h.example"
url = "a:" + os.environ["API_KEY_2"] + "@%s" % host
