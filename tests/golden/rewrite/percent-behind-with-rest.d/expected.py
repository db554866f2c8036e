import os

host = "h.example"
url = "https://%s/?key=" % host + os.environ["API_KEY_2"] + "&x=1"
