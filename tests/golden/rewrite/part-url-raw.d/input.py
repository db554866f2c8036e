dsn = r"redis://:secret@h\d"
