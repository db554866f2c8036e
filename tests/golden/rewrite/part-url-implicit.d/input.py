dsn = ("redis://"
       ":secret@"
       "h:1/0")
