host = "h.example"
def urls():
    yield f"{host}/s3cret"


result = list(urls())
