host = "h.example"
url = "s3cret" "@%s" % host
