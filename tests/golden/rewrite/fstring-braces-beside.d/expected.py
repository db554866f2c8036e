import os

host = "h.example"
a = f"{{{os.environ['API_KEY_2']}}}{host}"
