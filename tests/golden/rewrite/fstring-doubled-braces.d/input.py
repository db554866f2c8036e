host = "h.example"
body = f"{{\"key\": \"s3cret\", \"host\": \"{host}\"}}"
