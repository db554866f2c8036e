host = "h.example"
url = "100%%:s3cret@%s" % (host,)
