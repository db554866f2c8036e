import os

host = "h.example"
url = f"{host}/" + f"{host}/{os.environ['API_KEY_3']}" + "x"
