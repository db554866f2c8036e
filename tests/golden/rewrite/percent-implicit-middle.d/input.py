host = "h.example"
url = "a:" "s3cret" "@%s" % host
