host = "h.example"
dsn = "postgresql://bob:s3cret@%s/db" % host
