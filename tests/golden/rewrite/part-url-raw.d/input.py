dsn = r"redis://:s3cret@h\d"
