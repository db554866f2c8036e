url = b"bob:s3cret@%s" % b"b"
