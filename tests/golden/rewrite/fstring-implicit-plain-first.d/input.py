host = "h.example"
url = "https://" f"{host}/s3cret"
