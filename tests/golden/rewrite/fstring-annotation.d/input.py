host = "h.example"
x: f"{host}s3cret" = 1
