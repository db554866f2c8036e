host = "h.example"
url = "%s:s3cret" % host + "b"
