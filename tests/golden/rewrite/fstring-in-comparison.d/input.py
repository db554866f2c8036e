host = "h.example"
same = f"{host}/s3cret" == "h.example/s3cret"
