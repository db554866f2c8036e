host = "h.example"
dsn = "{1}:s3cret@{0}".format(host, "bob")
