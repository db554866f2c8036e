import os

host = "h.example"
if (url := f"{host}/{os.environ['API_KEY_2']}"):
    result = url
