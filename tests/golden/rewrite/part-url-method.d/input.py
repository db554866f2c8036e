parts = "mysql://bob:s3cret@h/x".split("@")
