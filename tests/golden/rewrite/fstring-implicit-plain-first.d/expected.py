import os

host = "h.example"
url = "https://" f"{host}/{os.environ['API_KEY_3']}"
