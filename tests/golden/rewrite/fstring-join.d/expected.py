import os

host = "h.example"
url = "".join([f"{host}/", f"{os.environ['API_KEY_4']}{1}"])
