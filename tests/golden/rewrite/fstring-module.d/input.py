host = "h.example"
url = f"https://{host}/?key=s3cret"
