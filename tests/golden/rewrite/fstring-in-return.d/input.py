host = "h.example"
def url():
    return f"{host}/s3cret"


result = url()
