host = "h.example"
dsn = "postgresql://bob:s3cret@{}/db".format(host)
