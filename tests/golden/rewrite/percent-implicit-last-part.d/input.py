host = "h.example"
url = "%s:" "key=s3cret&b" % host
