dsn = "Server=db;User Id=bob;Password=s3cret"
