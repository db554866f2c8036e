host = "h.example"
result0 = str("%s:s3cret" % host)
result = str("s3cret:%s" % host)
