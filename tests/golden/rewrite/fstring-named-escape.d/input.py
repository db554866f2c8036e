host = "h.example"
url = f"{host}\N{BULLET}s3cret"
