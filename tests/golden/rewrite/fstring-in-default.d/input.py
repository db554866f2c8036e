host = "h.example"
def url(value=f"{host}/s3cret"):
    return value


result = url()
