import os

host = "h.example"
text = str(f"{host}/{os.environ['API_KEY_2']}").upper()
