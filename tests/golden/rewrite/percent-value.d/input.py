host = "h.example"
url = "https://%s/?key=%s" % (host, "s3cret")
