dsn = b"redis://:secret@db"
