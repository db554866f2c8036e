host = "h.example"
url = "".join([f"{host}/", f"s3cret{1}"])
