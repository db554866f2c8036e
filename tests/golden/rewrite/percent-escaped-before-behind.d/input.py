host = "h.example"
url = "100%%:%s:s3cret" % host
