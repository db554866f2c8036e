import os

host = "h.example"
url = f"{host}\d{os.environ['API_KEY_2']}"
