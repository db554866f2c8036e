dsn = "postgresql://bob:xxxxxx@db/x"
