t = ("a", "b")
dsn = "%s:s3cret@%s" % t
