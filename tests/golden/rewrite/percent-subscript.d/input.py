host = "h.example"
result = ("%s:s3cret" % host)[2:]
