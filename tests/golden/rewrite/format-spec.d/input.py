dsn = "{:>5}:s3cret@{!r:^9}".format("bob", "h")
