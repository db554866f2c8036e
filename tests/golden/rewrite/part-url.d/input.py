dsn = "postgresql://bob:secret@db.internal/x"
