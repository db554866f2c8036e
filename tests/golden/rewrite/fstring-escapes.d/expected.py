import os

host = "h.example"
url = f"{host}\x2f\u00e9\n\t{os.environ['API_KEY_2']}\n"
