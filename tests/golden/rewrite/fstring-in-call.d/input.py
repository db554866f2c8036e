host = "h.example"
text = str(f"{host}/s3cret").upper()
