host = "h.example"
dsn = "{user}:s3cret@{host}".format(user="bob", host=host)
