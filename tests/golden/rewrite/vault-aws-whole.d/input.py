key = "s3cret"
