dsn = b"redis://:s3cret@h:1/0"
