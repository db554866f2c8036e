dsn = "postgresql://bob:s3cret@db.internal/x"
