dsn = b"redis://:secret@h:1/0"
