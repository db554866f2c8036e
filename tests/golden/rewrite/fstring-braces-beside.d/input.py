host = "h.example"
a = f"{{s3cret}}{host}"
