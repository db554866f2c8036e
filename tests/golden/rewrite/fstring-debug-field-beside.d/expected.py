import os

n = "x"
text = f"{n=}{os.environ['API_KEY_2']}"
