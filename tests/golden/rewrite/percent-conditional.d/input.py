host = "h.example"
url = "s3cret:%s" % host if host else None
