import os

host = "h.example"
url = f"{host}/{os.environ['API_KEY_2']}" if host else None
