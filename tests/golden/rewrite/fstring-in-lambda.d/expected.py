import os

host = "h.example"
url = lambda: f"{host}/{os.environ['API_KEY_2']}"
result = url()
