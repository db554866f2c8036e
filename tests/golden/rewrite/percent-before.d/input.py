host = "h.example"
dsn = "postgresql://bob:secret@%s/db" % host
