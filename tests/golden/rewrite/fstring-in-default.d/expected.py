import os

host = "h.example"
def url(value=f"{host}/{os.environ['API_KEY_2']}"):
    return value


result = url()
