t = ("a", "b")
dsn = "{}:s3cret@{}".format(*t)
