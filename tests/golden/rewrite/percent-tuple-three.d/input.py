host = "h.example"
dsn = "%s:%s:s3cret@%5.1s" % ("a", host, "b")
