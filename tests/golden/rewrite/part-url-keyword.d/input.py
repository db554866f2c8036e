d = dict(url="mysql://bob:s3cret@h/x")
