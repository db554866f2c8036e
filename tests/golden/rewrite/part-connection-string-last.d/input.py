dsn = "Server=db;User Id=bob;Password=secret"
