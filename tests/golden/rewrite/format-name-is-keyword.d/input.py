x = "{}s3cret{}".format(1, 2)
