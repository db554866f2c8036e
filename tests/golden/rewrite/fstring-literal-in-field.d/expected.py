import os

host = "h.example"
url = f"{host}/{str(os.environ['API_KEY_3'])}"
