url = "%*d:s3cret:%s" % (3, 4, "x")
