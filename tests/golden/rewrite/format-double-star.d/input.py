d = {"a": 1, "b": 2}
dsn = "{a}:s3cret@{b}".format(**d)
