host = "h.example"
url = f"{host}/{str('s3cret')}"
