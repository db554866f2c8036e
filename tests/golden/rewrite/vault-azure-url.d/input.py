dsn = "postgresql://bob:secret@db/x"
