dsn = "postgresql://bob:x%40xxxxxx%2F@db.internal/x"
