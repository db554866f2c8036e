host = "h.example"
url = f"{host}/s3\x63ret"
