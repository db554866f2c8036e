import os

host = "h.example"
url = host + os.environ["API_KEY_2"] + "/"
