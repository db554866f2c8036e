host = "h.example"
dsn = "s3cret@%s" % host
