import os

host = "h.example"
def url():
    return f"{host}/{os.environ['API_KEY_2']}"


result = url()
