host = "h.example"
dsn = "%s:s3cret@%s" % ("bob", host)
