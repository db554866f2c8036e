import os

host = "h.example"
def urls():
    yield f"{host}/{os.environ['API_KEY_2']}"


result = list(urls())
