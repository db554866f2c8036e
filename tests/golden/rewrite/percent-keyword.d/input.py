host = "h.example"
d = dict(url="%s:s3cret" % host)
