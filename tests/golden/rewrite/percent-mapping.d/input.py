d = {"a": 1, "b": 2}
dsn = "%(a)s:s3cret@%(b)s" % d
