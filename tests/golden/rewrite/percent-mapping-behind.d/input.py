d = {"a": 1}
dsn = "%(a)s:s3cret" % d
