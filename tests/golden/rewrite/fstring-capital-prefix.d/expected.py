import os

host = "h.example"
url = F"{host}/{os.environ['API_KEY_2']}"
raw = fR"{host}\d {os.environ['API_KEY_3']}"
