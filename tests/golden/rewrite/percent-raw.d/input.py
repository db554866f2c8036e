host = "h.example"
url = r"\d%s\s3cret" % host
