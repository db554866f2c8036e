import os

host = "h.example"
url = "%s:" "key=" % host + os.environ["API_KEY_2"] + "&b"
