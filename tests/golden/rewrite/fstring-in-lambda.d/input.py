host = "h.example"
url = lambda: f"{host}/s3cret"
result = url()
