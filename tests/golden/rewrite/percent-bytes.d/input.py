url = b"%s:s3cret@%s" % (b"a", b"b")
