dsn = "{}s3cret{{".format(x for x in ())[-7:]
