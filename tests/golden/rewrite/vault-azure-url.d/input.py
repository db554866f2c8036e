dsn = "postgresql://bob:s3cret@db/x"
