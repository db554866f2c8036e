dsn = b"redis://:xxxxxx@db"
