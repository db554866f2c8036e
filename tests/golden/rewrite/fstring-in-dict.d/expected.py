import os

host = "h.example"
headers = {"Authorization": f"Bearer {os.environ['API_KEY_3']}", "Host": f"{host}"}
