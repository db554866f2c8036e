result = "a:s3cret@h" * 2
