host = "h.example"
url = "a" + (f"{host}" "s3cret") * 2
