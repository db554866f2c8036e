import os

host = "h.example"
url = "a" + (f"{host}" + os.environ["API_KEY_3"]) * 2
