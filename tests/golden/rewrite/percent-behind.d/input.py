host = "h.example"
url = "https://%s/?key=s3cret" % host
