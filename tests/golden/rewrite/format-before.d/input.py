host = "h.example"
dsn = "postgresql://bob:secret@{}/db".format(host)
