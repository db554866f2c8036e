dsn = b"redis://:s3cret@db"
