d = {"a": 1}
dsn = "s3cret:%(a)s" % d
