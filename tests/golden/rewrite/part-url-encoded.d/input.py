dsn = "postgresql://bob:p%40s3cret%2F@db.internal/x"
