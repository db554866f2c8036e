host = "h.example"
url = f"{host}/s3cret" if host else None
