import os

host = "h.example"
url = f"{host.replace('h', f'{host}{os.environ["API_KEY_3"]}')}"
free = f"{"a"}"
