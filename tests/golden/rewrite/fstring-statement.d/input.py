host = "h.example"
f"{host}/s3cret"
